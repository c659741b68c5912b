using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ElasticSynapse.Benchmarks.Contenders;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>The configuration files of the proxies, in a folder that goes with the benchmark.</summary>
/// <param name="upstream">Where all of them forward to.</param>
internal sealed class ProxyFiles(Uri upstream) : IDisposable
{
    /// <summary>The caller's; only the gateway looks at it.</summary>
    public const string Key = "benchmark-key";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-gateway-");

    /// <summary>With all that costs time: a key, its limits, two versions to choose from.</summary>
    public ProcessStartInfo Gateway(int port)
    {
        var keys = Write("keys.json", $$"""
            {"callers": {"bench": {"sha256": ["{{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))}}"],
              "models": ["gpt2"], "requestsPerMinute": 1000000000, "tokensPerMinute": 1000000000, "concurrency": 100000} } }
            """);
        var catalogue = Write("catalogue.json", $$"""
            {"models": {"gpt2": {"kind": "generator", "versions": {
              "1_v1": {"weight": 90, "labels": ["stable"], "replicas": ["{{upstream}}"]},
              "2_v1": {"weight": 10, "labels": ["canary"], "replicas": ["{{upstream}}"]} } } } }
            """);
        return Commands.Gateway(
            port,
            ("Catalogue__File", catalogue),
            ("Callers__KeysFile", keys),
            ("Admission__MaxRunning", "100000"),
            ("Admission__MaxRunningPerCaller", "100000"),
            ("Logging__LogLevel__Default", "Warning"));
    }

    public ProcessStartInfo Nginx(int port)
    {
        var configuration = Write("nginx.conf", $$"""
            daemon off;
            pid {{_folder.FullName}}/nginx.pid;
            worker_processes auto;
            worker_rlimit_nofile 16384;
            events { worker_connections 8192; }
            http {
              access_log off;
              client_body_temp_path {{_folder.FullName}}/body;
              proxy_temp_path {{_folder.FullName}}/proxy;
              fastcgi_temp_path {{_folder.FullName}}/fastcgi;
              uwsgi_temp_path {{_folder.FullName}}/uwsgi;
              scgi_temp_path {{_folder.FullName}}/scgi;
              keepalive_requests 1000000000;
              upstream trivial { server {{upstream.Authority}}; keepalive 256; keepalive_requests 1000000000; }
              server {
                listen 127.0.0.1:{{port}};
                location / { proxy_pass http://trivial; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
              }
            }
            """);
        return Tools.Debian("nginx", "-c", configuration, "-e", "stderr", "-p", _folder.FullName);
    }

    public ProcessStartInfo Haproxy(int port)
    {
        var configuration = Write("haproxy.cfg", string.Create(CultureInfo.InvariantCulture, $"""
            global
              maxconn 8192
            defaults
              mode http
              http-reuse always
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            frontend clients
              bind 127.0.0.1:{port}
              default_backend trivial
            backend trivial
              server upstream {upstream.Authority}

            """));
        return Tools.Debian("haproxy", "-db", "-f", configuration);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
