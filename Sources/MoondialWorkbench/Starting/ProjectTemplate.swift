// SPDX-License-Identifier: MIT

/// The files of a new folder of rules.
package enum ProjectTemplate: String, Sendable, CaseIterable {
    /// A check before sending, a decision for each answer, and alarms.
    case minimal
    /// The same, and a second attempt at the other endpoint.
    case fallback
    /// The same, and a section `serve` for a gateway.
    case gateway

    package struct File: Sendable {
        /// Relative to the folder.
        package let path: String
        package let text: String
    }

    /// Rules with their tests, settings, files for editors and a workflow, in the order in which a user should read
    /// them.
    package func files(version: String) -> [File] {
        let editor = EditorFiles(version: version)
        return [
            File(path: "rules/rules.lua", text: rules),
            File(path: "rules/rules_test.lua", text: tests),
            File(path: "moondial.yaml", text: settings),
            File(path: EditorFiles.definitionsPath, text: editor.definitions),
            File(path: EditorFiles.languageServerPath, text: editor.languageServerConfiguration),
            File(path: EditorFiles.luacheckPath, text: editor.luacheckConfiguration),
            File(path: ".github/workflows/moondial.yml", text: Self.workflow),
        ]
    }

    // MARK: - Rules

    private var rules: String {
        let repair = self == .minimal ? [] : [Self.repair]
        return ([Self.head, Self.format] + repair + [Self.mapping, Self.alarm]).joined(separator: "\n")
    }

    private static let head = """
        -- Rules are asked in this order, and the first to answer wins.
        --
        --   moondial verify --phone 13800138000 --token example
        --   moondial check
        --   moondial test

        """

    private static let format = """
        -- A number that cannot be right is refused before it is sent, and so costs nothing.
        rule "mainland mobile numbers only" {
          pre_check = function(req)
            if not req.phone:match "^1[3-9]%d%d%d%d%d%d%d%d%d$" then
              return deny "phone_format"
            end
          end,
        }

        """

    private static let repair = """
        -- 9020 and 9021 say that the endpoint could not read the token. It is not spent, and may belong to the other one.
        rule "repair a token sent to the wrong endpoint" {
          fallback = function(req, attempt)
            if attempt.code == 9020 or attempt.code == 9021 then
              return attempt.endpoint == "mobile" and "h5" or "mobile"
            end
          end,
        }

        """

    private static let mapping = """
        -- A table is searched by code, then by verdict.
        rule "decide" {
          map_result = {
            match = allow "number_matches",
            mismatch = deny "number_differs",
            [9003] = review "new_token", -- the token has expired
            [9005] = review("wait", { retry_after_ms = 30000 }), -- the same number within 30 seconds
            unknown = review "ask_for_sms", -- another code, a timeout or a broken reply
          },
        }

        """

    private static let alarm = """
        -- None of these ends by itself: a person has to top up, unblock or correct something.
        local alarming = {
          [9007] = "the application has used up its checks of the day",
          [9011] = "the credentials are wrong",
          [9014] = "the app key is blocked",
          [9018] = "the balance is used up",
          [9031] = "the verification service is not opened",
        }

        rule "alarm" {
          on_decision = function(req, decision)
            local what = alarming[decision.code]
            if what then moondial.log("ALARM: " .. what, { code = decision.code }) end
          end,
        }

        """

    // MARK: - Tests

    private var tests: String {
        let repair = self == .minimal ? [] : [Self.repairTests]
        return ([Self.commonTests] + repair + [Self.alarmTests]).joined(separator: "\n")
    }

    private static let commonTests = """
        -- Each test is one request, what the provider replies, and what has to come of it.
        test "a match is allowed" {
          request = { phone = "13800138000", token = "example" },
          replies = { 9000 },
          expect = { decision = "allow", reason = "number_matches", attempts = 1, billed = 1 },
        }

        test "a mismatch is denied" {
          request = { phone = "13800138000", token = "example" },
          replies = { 9001 },
          expect = { decision = "deny", reason = "number_differs", attempts = 1, billed = 1 },
        }

        test "an expired token is replaced" {
          request = { phone = "13800138000", token = "example" },
          replies = { 9003 },
          expect = { decision = "review", reason = "new_token", attempts = 1, billed = 0 },
        }

        test "the same number too soon has to wait" {
          request = { phone = "13800138000", token = "example" },
          replies = { 9005 },
          expect = { decision = "review", reason = "wait", retry_after_ms = 30000, billed = 0 },
        }

        test "a landline costs nothing" {
          request = { phone = "01065551234", token = "example" },
          replies = {},
          expect = { decision = "deny", reason = "phone_format", attempts = 0, billed = 0 },
        }

        """

    private static let repairTests = """
        -- A list is several tests, each with its own name.
        test "a token sent to the wrong endpoint" {
          {
            name = "of the Web SDK", request = { phone = "13800138000", token = "example" }, replies = { 9020, 9000 },
            expect = { decision = "allow", attempts = { "mobile", "h5" }, billed = 1 },
          },
          {
            name = "of a native SDK", request = { channel = "web" }, replies = { 9021, 9000 },
            expect = { decision = "allow", attempts = { "h5", "mobile" }, billed = 1 },
          },
        }

        """

    private static let alarmTests = """
        test "without credit, users get a text message" {
          request = { phone = "13800138000", token = "example" },
          replies = { 9018 },
          expect = { decision = "review", reason = "ask_for_sms", attempts = 1, billed = 0 },
        }

        """

    // MARK: - Settings

    private var settings: String {
        let common = """
            # Settings of moondial. A flag or a variable of the environment goes before them.
            # Secrets do not belong here: name a file with MOONDIAL_MASTER_SECRET_FILE.
            rules: rules
            timeout: 5s

            """
        guard self == .gateway else { return common }
        return common + """
            serve:
              host: 127.0.0.1
              port: 8080
              # Health, metrics, reload and drain: never on a public address.
              admin: 127.0.0.1:8081
              decision_log: decisions.jsonl

            """
    }

    private static let workflow = """
        # Checks and tests the rules with every change.
        name: rules
        on: [push, pull_request]
        permissions:
          contents: read
        jobs:
          rules:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              # Install moondial here: there are no packages of it yet, so take the binary or image that you have built.
              - run: moondial check --strict --format github
              - run: moondial test --format github

        """
}
