-- A table that only a weak metatable holds grows while a collection in an emergency frees it ("use after free in
-- luaV_finishset", 5.4.1 to 5.4.7): no collection happens in the middle of an instruction.
-- expect: review rule_memory
-- budget: memory=8MiB vm=16MiB
rule "attack" {
  pre_check = function()
    local target = setmetatable({}, setmetatable({__newindex = {}}, {__mode = "v"}))
    local kept = {getmetatable(target).__newindex}
    for i = 1, 1 << 18 do kept[1][i] = i end
    kept[1] = nil
    kept.text = ("x"):rep(3 << 20)
    for i = 1, 1e9 do target[(1 << 18) + i] = true end
    return deny "survived"
  end,
}
