-- The kill itself calls the handler, which loops in its turn, and its own kill calls it again.
-- expect: review rule_timeout
local function forever() while true do end end
rule "attack" {
  pre_check = function()
    while true do xpcall(forever, forever) end
  end,
}
