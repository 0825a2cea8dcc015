-- moondial.all waits like an attempt does.
-- expect: review rule_error
-- message: cannot wait inside
rule "attack" {
  pre_check = function()
    return ("x"):gsub(".", function() return moondial.all { function() return "y" end } end)
  end,
}
