// SPDX-License-Identifier: MIT

extension RedisScript {
    /// Counts in a sliding window, as `WindowLog` of MoondialStore does.
    ///
    /// Keys: log, windows. Arguments: limit, window in microseconds, cost. Returns whether the count is allowed (1 or
    /// 0), the amount that is used, and for a refusal the microseconds after which it would be allowed, or -1 for
    /// never.
    static let count = RedisScript(keys: 2, clock + counting)

    /// The time of the server in microseconds. 53 bits hold it until the year 2255.
    private static let clock = """
        local time = redis.call('TIME')
        local clock = time[1] * 1000000 + time[2]

        """

    /// The script after the definition of `clock`. An element of the log is a moment, the amount counted at that
    /// moment, and the sum of all amounts up to it; sums are kept below 2^50, and only their differences are used.
    static let counting = """
        local limit, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local log, windows = KEYS[1], KEYS[2]
        local CAPACITY, SLOTS, MODULUS = 1024, 512, 2 ^ 50

        local function parse(element)
          local moment, amount, sum = string.match(element, '^(%d+) (%d+) (%d+)$')
          return tonumber(moment), tonumber(amount), tonumber(sum)
        end
        local function write(moment, amount, sum)
          return string.format('%.0f %.0f %.0f', moment, amount, sum)
        end
        local function at(index) return parse(redis.call('LINDEX', log, index)) end
        -- The first index from low to high - 1 that satisfies a predicate which, once true, stays true; else high.
        local function search(low, high, predicate)
          while low < high do
            local middle = math.floor((low + high) / 2)
            if predicate(at(middle)) then high = middle else low = middle + 1 end
          end
          return low
        end

        local now, used, base, length = clock, 0, 0, redis.call('LLEN', log)
        local first, amount, sum, last, lastAmount, lastSum
        if length > 0 then
          last, lastAmount, lastSum = at(-1)
          if last > now then now = last end
          first, amount, sum = at(0)
          if first <= now - window then
            local gone = search(1, length, function(moment) return moment > now - window end)
            redis.call('LTRIM', log, gone, -1)
            length = length - gone
            if length > 0 then first, amount, sum = at(0) end
          end
          if length > 0 then
            base = (sum - amount) % MODULUS
            used = (lastSum - base) % MODULUS
          end
        end

        if used + cost <= limit then
          if cost > 0 then
            if length > 0 and last == now then
              redis.call('LSET', log, -1, write(now, lastAmount + cost, (lastSum + cost) % MODULUS))
            else
              if length >= CAPACITY then
                local slot, merged, previous = math.ceil(window / SLOTS), {}, nil
                local carried = 0
                for _, element in ipairs(redis.call('LRANGE', log, 0, -1)) do
                  local moment, amount, sum = parse(element)
                  local place = math.floor(moment / slot)
                  if place == previous then
                    amount = amount + carried
                    merged[#merged] = nil
                  end
                  merged[#merged + 1] = write(moment, amount, sum)
                  previous, carried = place, amount
                end
                redis.call('DEL', log)
                redis.call('RPUSH', log, unpack(merged))
              end
              local sum = length > 0 and lastSum or 0
              redis.call('RPUSH', log, write(now, cost, (sum + cost) % MODULUS))
            end
            local lifetime = math.ceil((now + window - clock) / 1000)
            redis.call('PEXPIRE', log, lifetime)
            if length == 0 then redis.call('SADD', windows, ARGV[2]) end
            if redis.call('PTTL', windows) < lifetime then redis.call('PEXPIRE', windows, 2 * lifetime) end
          end
          return {1, used + cost, -1}
        end

        local wait = -1
        if cost <= limit then
          local excess = used + cost - limit
          -- With a cost of 1, the first moment nearly always frees enough.
          if amount < excess then
            first = at(search(1, length, function(_, _, sum) return (sum - base) % MODULUS >= excess end))
          end
          wait = first + window - now
        end
        return {0, used, wait}
        """
}
