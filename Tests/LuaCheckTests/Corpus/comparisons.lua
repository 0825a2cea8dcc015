rule "comparisons" {
  map_result = function(req, attempt)
    if attempt.code == "9000" then return allow "match" end
    -- ^ impossible-comparison: attempt.code is never "9000": it is an integer or nil
    if attempt.code == 9000.5 then return allow "match" end
    -- ^ impossible-comparison: attempt.code is never 9000.5: it is an integer
    if attempt.code == 9000.0 then return allow "match" end
    -- ^ float-comparison: attempt.code is an integer, and 9000.0 a float
    if req.phone == 13800138000 then return deny "blocked" end
    -- ^ impossible-comparison: req.phone is never 13800138000: it is a string
    if req.phone < 2 then return deny "blocked" end
    -- ^ impossible-comparison: req.phone cannot be compared with 2: it is a string
    if attempt.verdict ~= "matchd" then return deny "no_match" end
    -- ^ impossible-comparison: attempt.verdict is never "matchd": it is "match" or "mismatch" or "unknown"; did you mean "match"?
    local code = attempt.code
    if "9001" == code then return deny "differs" end
    -- ^ impossible-comparison: code is never "9001": it is an integer or nil
    if attempt.billed == "yes" then return review "paid" end
    -- ^ impossible-comparison: attempt.billed is never "yes": it is "maybe" or a boolean
    if req.operator == "CMCC" then return review "operator" end
    -- ^ impossible-comparison: req.operator is never "CMCC": it is "CM" or "CT" or "CU" or nil
  end,
}
