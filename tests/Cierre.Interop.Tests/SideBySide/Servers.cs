using System.Text;
using Cierre.TestKit;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>What servers do in the situations, and what they tell of the client's frames.</summary>
internal static class Servers
{
    /// <summary>Waits for the client's close frame and answers it.</summary>
    public static async Task<string> Answers(RawPeer peer)
    {
        string before = "";
        RawFrame frame;
        while ((frame = await peer.ReadFrameAsync()).Opcode != 8) before += $"'{frame.Text}' ";
        await peer.SendFrameAsync(8, frame.Payload);
        return before + Said(frame);
    }

    /// <summary>Begins the close and tells what the client answers.</summary>
    public static Func<RawPeer, Task<string>> Closes(int code, string reason = "bye") => async peer =>
    {
        await peer.SendCloseAsync(code, reason);
        return Code(await peer.ReadFrameAsync());
    };

    /// <summary>Sends and tells what becomes of it; a client that answers with no frame at all is waited for.</summary>
    public static Func<RawPeer, Task<string>> Sends(params byte[][] frames) => async peer =>
    {
        await peer.SendAsync(frames.SelectMany(frame => frame).ToArray());
        return await Next(peer);
    };

    /// <summary>Answers the opening request with anything, and waits for the client to go.</summary>
    public static Func<RawPeer, Task<string>> Replies(string head) => async peer =>
    {
        await peer.SendAsync(head.Replace("\n", "\r\n", StringComparison.Ordinal).Replace("ACCEPT", RawPeer.AcceptFor(peer.Header("Sec-WebSocket-Key")!), StringComparison.Ordinal));
        await peer.HalfCloseAsync();
        return await Next(peer);
    };

    /// <summary>Waits for the client to go.</summary>
    public static Task<string> Waits(RawPeer peer) => Next(peer);

    public static byte[] Frame(int opcode, string payload = "", bool fin = true, int rsv = 0, bool mask = false) =>
        RawPeer.Frame(opcode, Encoding.UTF8.GetBytes(payload), fin, rsv, mask);

    public static byte[] Frame(int opcode, byte[] payload) => RawPeer.Frame(opcode, payload, fin: true, rsv: 0, mask: false);

    public static byte[] CloseFrame(int code, string reason = "") => Frame(8, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    /// <summary>The next frame, or that none came.</summary>
    public static async Task<string> Next(RawPeer peer)
    {
        try
        {
            return Code(await peer.ReadFrameAsync());
        }
        catch (Exception e) when (e is EndOfStreamException or IOException)
        {
            return "nothing";
        }
    }

    /// <summary>A frame with the words of a close.</summary>
    public static string Said(RawFrame frame) =>
        frame.Opcode == 8 ? $"close {(frame.CloseCode is { } code ? $"{code} {(frame.CloseReason.Length > 20 ? $"{frame.CloseReason.Length} characters" : $"'{frame.CloseReason}'")}" : "with an empty body")}" : $"opcode {frame.Opcode}";

    /// <summary>A frame without them: what an implementation says by itself is its own.</summary>
    public static string Code(RawFrame frame) => frame.Opcode == 8 ? $"close {(frame.CloseCode is { } code ? $"{code}" : "with an empty body")}" : $"opcode {frame.Opcode}";
}
