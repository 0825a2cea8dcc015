-- Handlers that raise call the handler again, up to the limit of C calls; in a loop.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
local function worse(e) error(e) end
rule "attack" { pre_check = function() while true do xpcall(error, worse, "x") end end }
