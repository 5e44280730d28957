using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Cierre.Testing.Hosting;

/// <summary>The head of an HTTP/1.1 request, as the client's own HTTP stack writes it. RFC 9112 3, 5.</summary>
internal sealed record RequestHead(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    private const int MostBytes = 64 * 1024;

    private static ReadOnlySpan<byte> End => "\r\n\r\n"u8;

    /// <summary>Reads one; what follows it stays in the pipe. Null: the stream ended before.</summary>
    /// <exception cref="InvalidDataException">There is no end of it, or it is no request.</exception>
    public static async ValueTask<RequestHead?> ReadAsync(PipeReader input)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            var reader = new SequenceReader<byte>(result.Buffer);
            if (reader.TryReadTo(out ReadOnlySequence<byte> head, End))
            {
                RequestHead parsed = Parse(Encoding.Latin1.GetString(head));
                input.AdvanceTo(reader.Position);
                return parsed;
            }

            if (result.IsCompleted) return null;
            if (result.Buffer.Length > MostBytes) throw new InvalidDataException($"The head of the request has no end within {MostBytes} bytes.");
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public static RequestHead Parse(string head)
    {
        string[] lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [var method, var target, "HTTP/1.1"]) throw new InvalidDataException($"'{lines[0]}' is no request line of HTTP/1.1.");
        var headers = new List<KeyValuePair<string, string>>();
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1) throw new InvalidDataException($"'{line}' is no header.");
            headers.Add(new KeyValuePair<string, string>(line[..colon], line[(colon + 1)..].Trim()));
        }

        return new RequestHead(method, target, headers);
    }
}
