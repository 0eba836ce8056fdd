import Redis

/// The sliding window in Redis. What the window lets in is the count of this minute and, of the minute before, the part that
/// the last sixty seconds still reach into.
package enum RateLimitScript {
    /// KEYS: subjects. ARGV: window, 1 to count or 0 only to ask, the fresh epoch or nothing, the expected epoch or nothing,
    /// an epoch's life, then limit, cost and next cost of each subject.
    /// Returns whether the request is let in, then limit, remaining and milliseconds to wait of the tightest limit, the time
    /// in milliseconds, and the epoch of the first subject.
    package static let script = Script("""
        local window, counts, fresh, expected = tonumber(ARGV[1]), ARGV[2] == '1', ARGV[3], ARGV[4]
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local number = math.floor(now / window)
        local elapsed = now - number * window
        local here, before = ':' .. string.format('%d', number), ':' .. string.format('%d', number - 1)

        -- All that is written has an end.
        local function keep(key, value, life) redis.call('SET', key, value, 'PX', life) end

        -- Milliseconds until there is room for so many more, if nobody else comes.
        local function wait(p, c, limit, more)
          local milliseconds
          if more > limit then
            milliseconds = window - elapsed
          elseif c + more <= limit then
            milliseconds = p > 0 and window * (1 - (limit - c - more) / p) - elapsed or 0
          else
            milliseconds = window - elapsed + math.max(0, window * (1 - (limit - more) / c))
          end
          return math.max(0, math.ceil(milliseconds)) + 1
        end

        local epoch, isOther, isRefused, tightest, last = '', false, false
        local found = {}
        for i, key in ipairs(KEYS) do
          local limit, cost, again = tonumber(ARGV[3 + 3 * i]), tonumber(ARGV[4 + 3 * i]), tonumber(ARGV[5 + 3 * i])
          local values = redis.call('MGET', key .. here, key .. before, key .. ':epoch')
          local c, p = tonumber(values[1] or 0), tonumber(values[2] or 0)
          if i == 1 and fresh ~= '' then
            epoch = values[3]
            if not epoch then
              epoch = fresh
              keep(key .. ':epoch', epoch, ARGV[5])
            elseif c == 0 then
              redis.call('PEXPIRE', key .. ':epoch', ARGV[5])
            end
            isOther = expected ~= '' and expected ~= epoch
          end
          if isOther then cost = 0 end
          found[i] = {c, cost}
          local used = p * (window - elapsed) / window + c
          if used + cost <= limit then
            local left = math.floor(limit - used - cost)
            local room = wait(p, c + cost, limit, left + 1)
            if not tightest or left < tightest[2] or left == tightest[2] and room > tightest[3] then
              tightest = {limit, left, room}
            end
          else
            isRefused = true
          end
          if used + again > limit then
            -- Of all limits: the one that refuses may be the first to let in again.
            local room = wait(p, c, limit, again)
            if not last or room > last[3] then last = {limit, math.max(0, math.floor(limit - used)), room} end
          end
        end
        if isRefused then return {0, last[1], last[2], last[3], now, epoch} end
        if counts and not isOther then
          for i, key in ipairs(KEYS) do
            local c, cost = found[i][1], found[i][2]
            if cost > 0 and c == 0 then
              keep(key .. here, cost, 2 * window)
            elseif cost > 0 then
              redis.call('INCRBY', key .. here, cost)
            end
          end
        end
        return {1, tightest[1], tightest[2], tightest[3], now, epoch}
        """)

    package static func decision(_ reply: Reply) throws -> RateDecision {
        guard let parts = reply.elements, parts.count == 6, let allowed = parts[0].number, let limit = parts[1].number,
            let remaining = parts[2].number, let wait = parts[3].number, let now = parts[4].number
        else { throw RedisError.server("the rate limit script answered something else") }
        return RateDecision(
            isAllowed: allowed == 1, limit: Int(limit), remaining: Int(remaining), wait: Int(wait), now: Int(now),
            epoch: parts[5].text.flatMap { $0.isEmpty ? nil : $0 }, isShared: true)
    }
}
