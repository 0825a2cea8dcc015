-- A rulebook in several files: the files of the folder load in the order of their names, modules lie in subfolders.
--
--   scripts/moondial verify --rules examples/shop --phone 13900000001 --token example
--
-- This file checks, 20_mapping.lua decides.

local blocklist = require "lib.blocklist"

rule "blocked customers" {
  pre_check = function(req)
    if blocklist.has(req.phone) then
      return deny "blocked"
    end
  end,
}
