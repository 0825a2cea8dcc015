-- With more than 255 constants in a function, bitwise operations on a constant and a choice take the wrong operand.
-- Wrong numbers, wrong types, but nothing else.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local many = {}
    for i = 1, 300 do many[i] = i .. ".1" end
    local head = "local x, t = 7, {" .. table.concat(many, ",") .. "} return 1 "
    for _, operator in ipairs { "&", "|", "~", "<<", ">>", "+", "-", "*", "//", "%", "^", "/", ".." } do
      for _, operand in ipairs { "(2 or 3)", "(x or 3)", "(nil or x)", "(x and 5)", "(t or {})", "('a' or 'b')" } do
        pcall(load(head .. operator .. operand))
      end
    end
    return deny "survived"
  end,
}
