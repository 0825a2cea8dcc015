-- No hook uses up its own budget, but there are a hundred of them: the run's budget has to end it.
-- expect: review rule_timeout
-- budget: hook=5s run=250ms
for number = 1, 100 do
  rule("slow " .. number) { pre_check = function() for _ = 1, 10000000 do end end }
end
