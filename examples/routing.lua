-- Chooses the endpoint of a token, and repairs the choice when it was wrong.
--
--   echo '{"phone": "13800138000", "token": "sim:endpoint=h5", "context": {"sdk": "web 5.2.1"}}' |
--     scripts/moondial verify --rules examples/routing.lua
--
--   scripts/moondial verify --rules examples/routing.lua --phone 13800138000 --token sim:endpoint=h5 --trace
--
-- Tokens of the Web SDK go to h5, all others to mobile. A request that says channel = "web" is routed to h5 without
-- any rule; the first rule here is for callers that say it in their own way.

rule "route by the SDK in the context" {
  route = function(req)
    local sdk = req.context and req.context.sdk
    if type(sdk) == "string" then
      return sdk:match "^web " and "h5" or "mobile"
    end
  end,
}

-- 9020 and 9021 say that the endpoint could not read the token, so the token is not spent, and nothing was billed.
-- After a timeout or a reset it may be spent, and moondial refuses to send the token again.
rule "repair a token sent to the wrong endpoint" {
  fallback = function(req, attempt)
    if attempt.code == 9020 or attempt.code == 9021 then
      return attempt.endpoint == "mobile" and "h5" or "mobile"
    end
  end,
}

-- A repair works, but costs the user a second round trip: find out who sends the wrong channel.
rule "report repairs" {
  on_decision = function(req, decision)
    if #decision.attempts > 1 then
      moondial.log("token sent to the wrong endpoint first", {
        channel = req.channel, first = decision.attempts[1].endpoint, right = decision.endpoint,
      })
    end
  end,
}
