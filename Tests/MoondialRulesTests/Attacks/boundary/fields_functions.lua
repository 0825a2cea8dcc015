-- Values that have no JSON form: functions, coroutines, decisions.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, value in ipairs { print, coroutine.create(print), allow, function() end } do
      if pcall(deny, "bad", { value = value }) then return end
    end
    return deny "survived"
  end,
}
