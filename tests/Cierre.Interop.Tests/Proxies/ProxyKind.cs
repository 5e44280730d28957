using System.Globalization;
using Cierre.TestKit;

namespace Cierre.Interop.Tests.Proxies;

/// <summary>A proxy that nobody here wrote, run with the very configuration that docs/deploy.md shows.</summary>
/// <param name="Language">The language of its code block in the document.</param>
/// <param name="Skip">The environment variable that skips its tests, set by test.sh where it cannot be had.</param>
/// <param name="Listen">What the document's configuration says of the address, with a place for ours.</param>
/// <param name="Upstream">What it says of the server behind it.</param>
/// <param name="Timeout">What it says of the idle timeout.</param>
/// <param name="Around">What surrounds the document's part in a whole configuration.</param>
/// <param name="Command">The program and its arguments, for a configuration file.</param>
public sealed record ProxyKind(
    string Name, string Language, string Skip, Setting Listen, Setting Upstream, Setting Timeout, Func<string, string> Around, Func<string, string[]> Command)
{
    private const string Document = "docs/deploy.md";

    public static readonly ProxyKind Nginx = new(
        "nginx",
        "nginx",
        "CIERRE_SKIP_NGINX",
        new("listen 8080;", "listen 127.0.0.1:{0};"),
        new("server 127.0.0.1:5080;", "server 127.0.0.1:{0};"),
        new("proxy_read_timeout 60s;", "proxy_read_timeout {0}s;"),
        // One process, which can be ended by its id, and nothing outside of its folder.
        part => "daemon off; master_process off; pid nginx.pid; error_log stderr crit; events {}\nhttp {\naccess_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n" + part + "}\n",
        file => ["nginx", "-p", Path.GetDirectoryName(file)!, "-e", "stderr", "-c", file]);

    public static readonly ProxyKind Haproxy = new(
        "haproxy",
        "haproxy",
        "CIERRE_SKIP_HAPROXY",
        new("bind :8080", "bind 127.0.0.1:{0}"),
        new("server app1 127.0.0.1:5080", "server app1 127.0.0.1:{0}"),
        new("timeout tunnel 60s", "timeout tunnel {0}s"),
        // Otherwise two of them may listen on one port, and a client comes to whichever the system chooses.
        part => "global\n    noreuseport\n\n" + part,
        file => ["haproxy", "-db", "-q", "-f", file]);

    public static readonly IReadOnlyList<ProxyKind> All = [Nginx, Haproxy];

    public bool IsHere => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Skip));

    /// <summary>The document's configuration, with our addresses and our time.</summary>
    public string Configuration(int port, int upstream, TimeSpan idleTimeout)
    {
        string page = File.ReadAllText(Path.Combine(RepoRoot.Directory, Document));
        string[] blocks = page.Split($"\n```{Language}\n");
        if (blocks.Length != 2) throw new InvalidDataException($"{Document} has {blocks.Length - 1} code blocks in the language {Language}, and one is expected");
        string part = blocks[1][..(blocks[1].IndexOf("\n```", StringComparison.Ordinal) + 1)];
        foreach ((Setting setting, object value) in new (Setting, object)[] { (Listen, port), (Upstream, upstream), (Timeout, idleTimeout.TotalSeconds) })
        {
            if (!part.Contains(setting.Written, StringComparison.Ordinal)) throw new InvalidDataException($"{Document}: the configuration of {Name} does not say \"{setting.Written}\"");
            part = part.Replace(setting.Written, string.Format(CultureInfo.InvariantCulture, setting.Ours, value), StringComparison.Ordinal);
        }

        return Around(part);
    }
}

/// <summary>A line of a configuration: as the document has it, and with a place for what the test needs.</summary>
public sealed record Setting(string Written, string Ours);
