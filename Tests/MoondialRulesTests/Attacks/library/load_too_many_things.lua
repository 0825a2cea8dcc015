-- More locals, upvalues, constants, registers and results than the bytecode has room for.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local function list(n, text) local t = {} for i = 1, n do t[i] = text:format(i) end return table.concat(t) end
    local locals = load(list(300, "local a%d "))
    local labels = load(list(9000, "::a%d::"))
    local arguments = load("f(" .. list(300, "a%d,") .. "a)")
    local targets = load(list(300, "a%d,") .. "a = 1")
    return not (locals or arguments or targets) and (labels == nil or deny "survived") and deny "survived"
  end,
}
