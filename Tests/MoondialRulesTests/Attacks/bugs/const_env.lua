-- CVE-2022-28805: assigning to a global where _ENV is a constant number made the compiler write past its buffers.
-- expect: review rule_error
-- message: attempt to index a number value
rule "attack" {
  pre_check = function()
    local _ENV <const> = 11
    X = "hi"
  end,
}
