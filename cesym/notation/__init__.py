"""Mathematics in and out: names of letters, trees and expressions, printing, cards."""
