-- The request belongs to the run: a rule that changes the phone would have another number verified.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    local a = pcall(function() req.phone = "13900000000" end)
    local b = pcall(rawset, req, "phone", "13900000000")
    local c = pcall(setmetatable, req, {})
    local d = pcall(table.insert, req, "x")
    return not (a or b or c or d) and not getmetatable(req) and req.phone == "13800138000" and deny "survived"
  end,
}
