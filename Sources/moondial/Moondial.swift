import ArgumentParser
import Yams
@main struct Moondial: ParsableCommand {}
