-- Constants of a text whose keys collide in the compiler's own table: the limit of keys holds there too.
-- expect: review rule_limit
-- message: a table may hold at most
rule "attack" {
  pre_check = function()
    local text = {"local function f() return {"}
    local step = (1 << 14) - 1
    for i = 1, 8300 do text[#text + 1] = ("%d,"):format((i + 1e5) * step) end
    text[#text + 1] = "} end"
    for _ = 1, 5 do pcall(load, table.concat(text)) end
    return deny "loaded"
  end,
}
