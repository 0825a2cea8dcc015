-- os.date calls strftime for each of 60,000 conversions.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64GiB
rule "attack" { pre_check = function() while true do os.date(("%c"):rep(60000)) end end }
