-- The smallest useful rule file: what the provider answered becomes what you do.
--
--   scripts/moondial verify --rules examples/mapping.lua --phone 13800009001 --token example
--
-- A table is searched by code, then by verdict, then for `default`. Other last digits of the phone give other codes:
-- 9003, 9005, 9099; `moondial simulate --list` shows them all.

rule "plain mapping" {
  map_result = {
    match = allow "number_matches",
    mismatch = deny "number_differs",

    -- The token cannot be used, but the number may be right: the app can fetch another token.
    [9003] = review "new_token",
    [9020] = review "new_token",
    [9021] = review "new_token",

    -- The same number within 30 seconds: usually a user who pressed the button twice.
    [9005] = review "wait",

    -- Everything else without a verdict: another code, a timeout or a broken reply.
    unknown = review "ask_for_sms",
  },
}
