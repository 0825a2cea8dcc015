-- Nor metamethods that table functions call.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    local function wait() return moondial.attempt("mobile", req.phone, "other").code end
    local t = setmetatable({}, { __index = wait, __len = function() return wait() end, __newindex = wait })
    if pcall(table.concat, t, "", 1, 2) or pcall(table.unpack, t, 1, 2) or pcall(table.insert, t, 1)
      or pcall(table.move, t, 1, 2, 3) or pcall(table.remove, t) or pcall(table.sort, t) then return end
    return deny "survived"
  end,
}
