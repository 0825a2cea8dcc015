-- A script may define globals, and asks the network outside of hooks.
retries = 2
local d = verify("13800138000", "sim:", nil, { chanel = "web", operator = "CMCC" })
--                                             ^ unknown-option: the options of verify has no field 'chanel'; did you mean 'channel'?
--                                                                        ^ wrong-argument: the options of verify: operator must be "CM" or "CT" or "CU", and is "CMCC"
print(d.decision, d.decison, retries, retrys)
--                  ^ doubtful-field: no rule here adds a field 'decison' to the decision; did you mean 'decision'?
--                                    ^ undefined-global: undefined global 'retrys'; did you mean 'retries'?
if verify(13800138000, "sim:").reason == "x" then print "y" end
--        ^ wrong-argument: argument 1 of verify, 'phone', must be a string, and is an integer
if jit then print(loadstring) end
print(arg[1], args)
--            ^ undefined-global: undefined global 'args'
