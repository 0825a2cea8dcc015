-- Brackets, tables, functions, unary and right associative operators, each nested far too deep.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, text in ipairs {
      "return " .. ("("):rep(60000), "return " .. ("{"):rep(60000), "return " .. ("- "):rep(60000) .. "1",
      "return " .. ("a.."):rep(30000) .. "a", "return " .. ("2^"):rep(30000) .. "2", ("do "):rep(30000),
      ("return function() "):rep(7000), "a" .. ("{a"):rep(30000), "return " .. ("not "):rep(20000) .. "1",
    } do
      if load(text) then return end
    end
    return deny "survived"
  end,
}
