// SPDX-License-Identifier: MIT

/// Rule files that the tests share.
enum Rules {
    /// One rule per hook, as an operator would start.
    static let typical = """
        rule "mainland mobile numbers only" {
          pre_check = function(req)
            if not req.phone:match "^1[3-9]%d%d%d%d%d%d%d%d%d$" then
              return deny "phone_format"
            end
          end,
        }

        rule "a web token goes to h5" {
          route = function(req) if req.channel == "web" then return "h5" end end,
        }

        rule "repair a token sent to the wrong endpoint" {
          fallback = function(req, attempt)
            if attempt.code == 9020 then
              return attempt.endpoint == "mobile" and "h5" or "mobile"
            end
          end,
        }

        rule "verdicts become decisions" {
          map_result = { match = allow, mismatch = deny "number_differs" },
        }

        """

    /// Logs a line on standard error before each request is sent.
    static let announcing = """
        rule "announcing" {
          route = function(req) moondial.log "sending" end,
        }

        """
}

/// Requests as they come on standard input.
enum Requests {
    static func json(phone: String = "13800138000", token: String = "a-token", _ more: String = "") -> String {
        "{\"token\":\"\(token)\",\"phone\":\"\(phone)\"\(more)}"
    }

    /// The provider's documented example.
    static let documented = """
        {"token":"STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw","phone":15813554612,"exID":"1234566"}
        """
}
