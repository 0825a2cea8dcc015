-- A mismatch made a match in the record that the next rule gets.
-- expect: deny survived
rule "attack" {
  map_result = function(req, attempt)
    local a = pcall(function() attempt.verdict = "match" end)
    local b = pcall(rawset, attempt, "code", 9000)
    local c = pcall(rawset, attempt, 1, 9000)
    for _, value in next, attempt do
      if type(value) == "table" and pcall(rawset, value, "x", 1) then return end
    end
    return not (a or b or c) and deny "survived"
  end,
}
