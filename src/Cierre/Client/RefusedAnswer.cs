using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Text;
using Cierre.Closing;
using Cierre.Opening;

namespace Cierre.Client;

/// <summary>An answer that opens nothing: its status decides at once, and of its body comes with it what is there within a second.</summary>
internal static class RefusedAnswer
{
    /// <summary>How long the body is waited for: it decorates the news and must not delay it.</summary>
    public static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(1);

    private const int Quoted = 200;

    public static async Task<(EndReason Why, HttpRefusal Http)> ReadAsync(
        HttpResponseMessage response, ClientHandshakeResult.Failed failed, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] body = response.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols
            ? []
            : await ReadStartAsync(response, time, cancellationToken).ConfigureAwait(false);
        var http = new HttpRefusal(response.StatusCode, [.. Headers(response)], body);
        return failed.Kind == HandshakeFailureKind.HttpStatus
            ? (new EndReason(CloseCause.HttpStatus, OfStatus(response, Quote(response, body))), http)
            : (new EndReason(CloseCause.BadHandshake, new CloseDetail(failed.Sentence.Key, failed.Sentence.Arguments)), http);
    }

    private static CloseDetail OfStatus(HttpResponseMessage response, string body)
    {
        int status = (int)response.StatusCode;
        string? location = status < 400 && response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : null;
        return (location, body) switch
        {
            (null, "") => new CloseDetail("HttpStatusOnly", status),
            (null, _) => new CloseDetail("HttpStatus", status, body),
            (_, "") => new CloseDetail("HttpRedirectOnly", status, ShowUrl(location)),
            _ => new CloseDetail("HttpRedirect", status, ShowUrl(location), body),
        };
    }

    private static string ShowUrl(string location) => UntrustedText.Escape(UrlUserInfo.Hide(location));

    private static async Task<byte[]> ReadStartAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] body = new byte[HttpRefusal.MaxBodyBytes];
        int length = 0;
        using var timeout = new CancellationTokenSource(BodyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable end = stream.ConfigureAwait(false);
            int count;
            while (length < body.Length && (count = await stream.ReadAsync(body.AsMemory(length), either.Token).ConfigureAwait(false)) > 0) length += count;
        }
        catch (Exception)
        {
            // The status is the news; what came of a body that breaks off, does not end, or does not inflate is enough.
        }

        return body[..length];
    }

    /// <summary>The start of the body; empty for bytes that are no text.</summary>
    private static string Quote(HttpResponseMessage response, byte[] body)
    {
        if (response.Content.Headers.ContentEncoding.Count > 0) return "";
        string text = UntrustedText.Escape(Encoding.UTF8.GetString(body));
        if (text.Length <= Quoted) return text;
        return text[..(char.IsHighSurrogate(text[Quoted - 1]) ? Quoted - 1 : Quoted)];
    }

    private static IEnumerable<KeyValuePair<string, string>> Headers(HttpResponseMessage response)
    {
        foreach (var header in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            foreach (string value in header.Value) yield return new KeyValuePair<string, string>(header.Key, value);
        }
    }
}
