"""What a wrong line may have done, one kind of mistake a module: each proposes a repair, which must be admitted."""
