// SPDX-License-Identifier: MIT

import Foundation
import Testing

@Suite("Standard streams", .timeLimit(.minutes(10)))
struct StreamTests {
    private static let endless = "while true do print(('x'):rep(100)) end"

    @Test func readerThatStopsReadingEndsTheScriptQuietly() async throws {
        let outcome = try await Executable.shell(
            #"{ "$MOONDIAL" run -e "$CODE"; echo "status $?" >&2; } | head -n 1"#, environment: ["CODE": Self.endless])
        #expect(outcome.output == String(repeating: "x", count: 100) + "\n")
        #expect(outcome.errors == "status 141\n")
    }

    @Test(
        "a full disk is an error",
        arguments: [
            "run -e 'print(1)'", "run -e \"$CODE\"", "--help", "--version", "explain", "simulate --list",
            "verify --phone 13800138000 --token t",
        ])
    func fullDisk(arguments: String) async throws {
        #if os(Linux)
            let outcome = try await Executable.shell(
                #""$MOONDIAL" "# + arguments + " > /dev/full", environment: ["CODE": Self.endless])
            #expect(outcome.status == 74)
            #expect(
                outcome.errors == """
                    error[io]: cannot write to standard output: No space left on device
                      = fix: check the disk, the pipe or the address that the message names

                    """)
        #endif
    }

    @Test func closedStandardOutputIsAnErrorAndNotReusedForASocket() async throws {
        let outcome = try await Executable.shell(#""$MOONDIAL" run -e 'print(1)' >&-"#)
        #expect(outcome.status == 74)
        #expect(outcome.errors.contains("cannot write to standard output: Bad file descriptor"))
    }

    @Test func closedStandardInputIsAnError() async throws {
        let outcome = try await Executable.shell(#""$MOONDIAL" verify <&-"#)
        #expect(outcome.status == 74)
        #expect(outcome.errors.contains("cannot read standard input: Bad file descriptor"))
    }

    @Test func closedStandardErrorIsNotReusedForASocket() async throws {
        let outcome = try await Executable.shell(#""$MOONDIAL" run -e 'moondial.log "x" print(1)' 2>&-"#)
        #expect(outcome.status == 0)
        #expect(outcome.output == "1\n")
    }

    @Test func slowReaderOfStandardOutputHoldsUpNeitherRunsNorHooks() async throws {
        let code = """
            rule "prints" { pre_check = function() print "from a hook" end }
            moondial.all {
                function() for i = 1, 40000 do print(("x"):rep(99)) end end,
                function() moondial.log("verified", { decision = verify("13800138000", "token-of-a-test").decision }) end,
            }
            """
        // Nothing is read from standard output until the run has been logged.
        let outcome = try await Executable.shell(
            #"""
            cd "$(mktemp -d)" && mkfifo out err
            "$MOONDIAL" run -e "$CODE" > out 2> err &
            exec 3< out 4< err
            while read -r line <&4 && case $line in *verified*) false ;; esac; do echo "$line"; done
            echo "$line"
            wc -c <&3
            cat <&4
            rm -r "$PWD"
            """#, environment: ["CODE": code])
        #expect(outcome.output.contains("verified"))
        #expect(outcome.output.contains("left out 1 line of logs and hooks"))
        #expect(
            outcome.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.contains("4000000"))
    }

    @Test func printIsRefusedWhereLuaCannotYieldAndTheOutputIsFull() async throws {
        let code = """
            local refused
            moondial.all {
                function() for i = 1, 40000 do print(("x"):rep(99)) end end,
                function()
                    local done, err = pcall(string.gsub, "a", "a", function() print "in a callback" end)
                    moondial.log(done and "printed" or err)
                end,
            }
            """
        let outcome = try await Executable.shell(
            #"""
            cd "$(mktemp -d)" && mkfifo out err
            "$MOONDIAL" run -e "$CODE" > out 2> err &
            exec 3< out 4< err
            read -r line <&4
            echo "$line"
            cat <&3 > /dev/null
            rm -r "$PWD"
            """#, environment: ["CODE": code])
        #expect(outcome.output.contains("nothing more can be printed here"))
    }

    @Test func everyPrintedLineArrives() async throws {
        let outcome = try await Executable.run(["run", "-e", "for i = 1, 5000 do print(i) end"])
        #expect(outcome.output == (1...5000).map { "\($0)\n" }.joined())
    }

    @Test func bytesThatAreNotUTF8ArriveUnchanged() async throws {
        let outcome = try await Executable.shell(#""$MOONDIAL" run -e 'print("\xFF\0x")' | od -An -tx1"#)
        #expect(outcome.output == " ff 00 78 0a\n")
    }

    @Test func inputAboveTheSizeLimitIsRefused() async throws {
        let outcome = try await Executable.shell(#"head -c 3000000 /dev/zero | "$MOONDIAL" verify"#)
        #expect(outcome.status == 65)
        #expect(outcome.errors.hasPrefix("error[request_invalid]: standard input is larger than 1048576 bytes\n"))
    }
}
