using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Cierre.Closing;

namespace Cierre.Client;

/// <summary>How far an opening got: the evidence for its cause, since the exceptions of different failures are alike.</summary>
internal sealed class OpeningTrace(OpeningClock clock)
{
    private readonly Lock _gate = new();
    private readonly List<OpeningAttempt> _attempts = [];
    private OpeningPhase _phase;

    public OpeningClock Clock => clock;

    public OpeningPhase Phase
    {
        get => _phase;
        set
        {
            _phase = value;
            clock.Begin(value);
        }
    }

    /// <summary>The address that was dialled: the proxy's where there is one.</summary>
    public string Dialled { get; set; } = "";

    /// <summary>Whether that is an IP address with its port, as a failed attempt names it too.</summary>
    public bool DialledIsAddress { get; private set; }

    /// <summary>The proxy on the way; null where the handler goes to the target itself.</summary>
    public Uri? Proxy { get; set; }

    /// <summary>Whether HTTP was spoken with a proxy, behind the TLS of one that has it.</summary>
    public bool ProxyReached { get; set; }

    /// <summary>Whether the opening waits until no other is connecting to the same address. RFC 6455 4.1, step 2.</summary>
    public bool WaitsForAddress { get; set; }

    public Socket? Socket { get; set; }

    /// <summary>The stream below the handler, where its socket can be taken over.</summary>
    public HandoverStream? Handover { get; set; }

    /// <summary>Over HTTP/2: sees the end of our stream leave.</summary>
    public EndOfStreamWatch? EndOfStream { get; set; }

    /// <summary>The limit of the answer's headers, in KiB.</summary>
    public int MaxHeadersLength { get; set; }

    /// <summary>The application's own code that threw, by the name of the option that holds it, and what it threw.</summary>
    public (string Option, Exception Exception)? Thrown { get; private set; }

    /// <summary>What was wrong with a certificate that was refused; None where none was.</summary>
    public SslPolicyErrors CertificateErrors { get; set; }

    public DateTime? CertificateExpired { get; set; }

    public string ChainStatus { get; set; } = "";

    /// <summary>The name that the certificate was compared with: that of a Host header of the application's own, or a proxy's.</summary>
    public string CertificateName { get; set; } = "";

    /// <summary>The addresses that were dialled, in their order; empty where the application dials.</summary>
    public CloseDetailList Attempts
    {
        get
        {
            lock (_gate) return new CloseDetailList([.. _attempts.Select(attempt => attempt.Describe())]);
        }
    }

    /// <summary>Whether every address that was dialled refused, or was out of reach.</summary>
    public bool AllAreOutOfReach
    {
        get
        {
            lock (_gate) return _attempts.TrueForAll(attempt => attempt.FailedOutOfReach);
        }
    }

    /// <summary>A dial begins: to the target, or to a proxy on the way there.</summary>
    /// <param name="proxy">The proxy; null: the target itself is dialled.</param>
    /// <param name="resolves">Whether the name is resolved before; a dial of the application's own does both in one.</param>
    public void Begin(DnsEndPoint endPoint, Uri? proxy, bool resolves = true)
    {
        Phase = resolves ? OpeningPhase.NameResolution : OpeningPhase.Tcp;
        string host = Dialer.Plain(endPoint.Host);
        Dialled = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{endPoint.Port}" : $"{host}:{endPoint.Port}";
        DialledIsAddress = IPAddress.TryParse(host, out _);
        (Proxy, ProxyReached, Handover) = (proxy, false, null);
        lock (_gate) _attempts.Clear();
    }

    /// <summary>An address is dialled, perhaps beside others.</summary>
    public OpeningAttempt BeginAttempt(IPEndPoint endPoint)
    {
        _phase = OpeningPhase.Tcp;
        lock (_gate)
        {
            var attempt = new OpeningAttempt(endPoint, clock.BeginAttempt(endPoint));
            _attempts.Add(attempt);
            return attempt;
        }
    }

    /// <param name="failure">Null: it stands.</param>
    public void EndAttempt(OpeningAttempt attempt, Exception? failure)
    {
        lock (_gate) attempt.Failure = failure;
        clock.EndAttempt(attempt.Step, completed: failure is null);
    }

    /// <summary>The certificate was refused. One that the application accepts, whatever is wrong with it, is no evidence.</summary>
    /// <param name="name">The name that it was compared with.</param>
    public void Refused(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now, string name)
    {
        (CertificateErrors, CertificateName) = (errors, name);
        if (certificate is X509Certificate2 { NotAfter: var end } && end.ToUniversalTime() < now.UtcDateTime) CertificateExpired = end;
        ChainStatus = chain is null ? "" : string.Join(", ", chain.ChainStatus.Select(s => s.Status.ToString()));
    }

    /// <summary>Runs the application's own code and remembers what it throws: no failure of the network, whatever it looks like further up.</summary>
    /// <param name="option">The option that holds the code.</param>
    public T Guard<T>(string option, Func<T> code)
    {
        try
        {
            return code();
        }
        catch (Exception e)
        {
            Thrown = (option, e);
            throw;
        }
    }

    /// <inheritdoc cref="Guard{T}(string, Func{T})"/>
    public async ValueTask<T> GuardAsync<T>(string option, Func<ValueTask<T>> code)
    {
        try
        {
            return await code().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Thrown = (option, e);
            throw;
        }
    }
}
