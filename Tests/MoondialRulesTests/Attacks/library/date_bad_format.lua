-- Conversions that the C library does not know, and dates outside of what a struct tm holds.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a, b = pcall(os.date, "%Ez"), pcall(os.date, "%")
    local c, d = pcall(os.date, "*t", math.maxinteger), pcall(os.time, { year = math.maxinteger, month = 1, day = 1 })
    return not (a or b or c or d) and deny "survived"
  end,
}
