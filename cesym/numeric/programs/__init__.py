"""Programs of plain operations, which every backend prints: how a stable expression becomes one."""
