-- The same through a replacement function, once with pcall around it.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    pcall(string.gsub, "abc", ".", function() while true do end end)
    while true do string.gsub("abc", ".", function() end) end
  end,
}
