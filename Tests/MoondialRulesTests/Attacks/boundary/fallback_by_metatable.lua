-- The consent to send a token twice must stand in the table itself.
-- expect: review rule_error
-- token: sim:code=9002
rule "attack" {
  fallback = function()
    return setmetatable({}, { __index = { endpoint = "h5", even_if_delivered = true } })
  end,
}
