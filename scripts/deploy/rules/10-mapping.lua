-- What the provider's answers lead to. Files of this folder are loaded in the order of their names, and the first rule
-- that answers decides: put stricter rules into files with lower numbers.
--
-- Try a change:  moondial verify --rules /etc/moondial/rules --phone 13800138000 --token example

rule "plain mapping" {
  map_result = {
    match = allow "number_matches",
    mismatch = deny "number_differs",
    [9003] = review "new_token",
    default = review "no_verdict",
  },
}
