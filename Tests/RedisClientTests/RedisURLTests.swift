// SPDX-License-Identifier: MIT

import RedisClient
import Testing

struct RedisURLTests {
    @Test(arguments: [
        ("redis://localhost", RedisAddress.host("localhost", port: 6379), 0),
        ("redis://10.0.0.1:7000/3", .host("10.0.0.1", port: 7000), 3),
        ("REDIS://h/", .host("h", port: 6379), 0),
        ("redis://[::1]:7000/15", .host("::1", port: 7000), 15),
        ("redis://[::1]", .host("::1", port: 6379), 0),
        ("redis+unix:///run/redis/s", .unixSocket(path: "/run/redis/s"), 0),
        ("redis+unix:///a%20b?database=2", .unixSocket(path: "/a b"), 2),
        ("redis+unix://user:pass@/run/s", .unixSocket(path: "/run/s"), 0),
    ])
    func addressAndDatabaseAreReadFromTheURL(_ text: String, _ address: RedisAddress, _ database: Int) throws {
        let configuration = try RedisConfiguration(url: text)
        #expect(configuration.server == .at(address))
        #expect(configuration.database == database)
        #expect(!configuration.usesTLS)
    }

    @Test(arguments: [
        ("redis://:secret@h", nil, "secret"), ("redis://app:secret@h", "app", "secret"),
        ("rediss://a%40b:p%3A%2F%40@h:1", "a@b", "p:/@"),
    ])
    func credentialsAreReadFromTheURL(_ text: String, _ user: String?, _ password: String) throws {
        #expect(try RedisConfiguration(url: text).credentials == RedisCredentials(user: user, password: password))
    }

    @Test func tlsAndSentinelsAreReadFromTheURL() throws {
        #expect(try RedisConfiguration(url: "rediss://h").usesTLS)
        let configuration = try RedisConfiguration(url: "redis+sentinel://a,b:27000/main/4")
        #expect(
            configuration.server
                == .sentinels([.host("a", port: 26_379), .host("b", port: 27_000)], primary: "main"))
        #expect(configuration.database == 4)
        #expect(try RedisConfiguration(url: "rediss+sentinel://a/main").usesTLS)
    }

    @Test(arguments: [
        ("localhost:6379", RedisURLError.scheme), ("http://h", .scheme), ("", .scheme), ("redis:/h", .scheme),
        ("redis://", .host), ("redis://:6379", .host), ("redis://[::1", .host), ("redis://[h]", .host),
        ("redis://a b", .host), ("redis://h:", .port), ("redis://h:0", .port), ("redis://h:65536", .port),
        ("redis://h:x", .port), ("redis://h:6379:1", .port), ("redis://h/x", .database), ("redis://h/-1", .database),
        ("redis://h/1/2", .path), ("redis://h?x=1", .query), ("redis://h#x", .query), ("redis://user@h", .credentials),
        ("redis://user:@h", .credentials), ("redis://user:%zz@h", .credentials), ("redis+unix://run/s", .path),
        ("redis+unix:///s?db=1", .query), ("redis+sentinel://a", .primary), ("redis+sentinel://a/", .primary),
        ("redis+sentinel:///main", .host),
    ])
    func malformedURLIsRefused(_ text: String, _ error: RedisURLError) {
        #expect(throws: error) { try RedisConfiguration(url: text) }
    }

    @Test func passwordsAreNotShown() throws {
        let configuration = try RedisConfiguration(url: "redis://app:hunter2@h")
        var text = "\(configuration) \(String(reflecting: configuration)) \(configuration.server)"
        dump(configuration, to: &text)
        #expect(!text.contains("hunter2"))
    }
}
