using System.Text;
using System.Text.Json;
using Cierre.Closing;
using Cierre.Resuming;
using Cierre.TestKit;

namespace Cierre.Tests.Resuming;

/// <summary>Plays one side of a conversation of vectors/resume.json on a session of ours, step by step; time is the conversation's.</summary>
/// <param name="self">client or server: whose part it is, and what the names of its steps begin with.</param>
internal abstract class ResumePlayer(ResumeVector vector, string self) : IResumeOutput
{
    private readonly string _peer = self == "client" ? "server" : "client";
    private readonly Queue<Payload> _waiting = [];
    private readonly Queue<Payload> _written = [];
    private readonly Queue<string> _seen = [];

    protected ResumeSession? Session { get; set; }

    protected TimeSpan Now { get; private set; }

    protected ResumeLimits Limits { get; } = vector.Limit is { } limit ? new ResumeLimits(limit.Messages, limit.Bytes) : ResumeLimits.Default;

    protected static TimeSpan Window { get; } = TimeSpan.FromMinutes(2);

    /// <summary>The end that this side's application has asked for.</summary>
    protected CloseFrame? Ends { get; private set; }

    public void Write(WebSocketOpcode kind, ReadOnlySpan<byte> message, bool compressible = true) =>
        _written.Enqueue(new Payload(kind, message.ToArray()));

    public void Play()
    {
        for (int at = 0; at < vector.Steps.Length; at++)
        {
            try
            {
                if (Play(vector.Steps[at])) return;
                Send();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"step {at + 1}, {vector.Steps[at]}: {e.Message}", e);
            }
        }

        Assert.Empty(_written);
        Assert.Empty(_seen);
        Assert.Empty(_waiting);
    }

    protected virtual void Open()
    {
    }

    protected abstract void Take(Payload message);

    protected abstract void Hear(string what, JsonElement told);

    protected abstract CloseRecord Record(CloseFrame frame, bool isOurs);

    protected void Saw(string what) => _seen.Enqueue(what);

    /// <summary>A message has come for the session.</summary>
    protected SessionEvent Receive(Payload message)
    {
        SessionEvent found = Session!.Receive(message.Kind, message.Bytes, this, Now);
        if (found.Violation is { } violation) throw new Broken(violation);
        if (found.Kind != SessionEventKind.Message) return found;
        Saw(new Payload(message.Kind, found.Payload.ToArray()).ToString());
        if (self == "client" || vector.ServerTakes) Session.TakeAllBut(0, 0, this, Now);
        return found;
    }

    protected virtual void Gone(CloseRecord record) => Session!.Gone(record, ResumableEnds.Allows(Session.Role, record), Now);

    /// <returns>Whether it ends here, because a rule was broken.</returns>
    private bool Play(JsonElement step)
    {
        JsonProperty verb = step.EnumerateObject().First();
        JsonElement what = verb.Value;
        bool isForged = Has(step, "forged");
        if (verb.Name == self + "Sends") _waiting.Enqueue(Payload.Of(what));
        else if (verb.Name == self + "Waits") Assert.Empty(_written);
        else if (verb.Name == self + "Writes" && !isForged) Assert.Equal(Payload.Of(what).ToString(), _written.Dequeue().ToString());
        else if (verb.Name == self + "Sees") Assert.Equal(Payload.Of(what).ToString(), _seen.Dequeue());
        else if (verb.Name == self + "Hears") Hear(what.EnumerateObject().Single().Name, what.EnumerateObject().Single().Value);
        else if (verb.Name == self + "Ends") Session!.Close(Ends = Frame(what), Now);
        else if (verb.Name == self + "Closes") Gone(Record(Frame(what), isOurs: true));
        else if (verb.Name == _peer + "Closes") Gone(Record(Frame(what), isOurs: false));
        else if (verb.Name == _peer + "Writes" && !Has(step, "dropped")) return Take(step, Payload.Of(what));
        else if (verb.Name == "open") Open();
        else if (verb.Name == "lost" && what.GetString() is { } who && (who == "both" || who == self)) Gone(ResumeLine.Record());
        else if (verb.Name == "wait") Wait(TimeSpan.FromMilliseconds(what.GetInt32()));
        return false;
    }

    private bool Take(JsonElement step, Payload message)
    {
        string? row = step.TryGetProperty("breaks", out JsonElement breaks) ? breaks.GetString() : null;
        try
        {
            Take(message);
        }
        catch (Broken broken) when (row is not null)
        {
            Assert.Equal(Vectors.Row(row, [.. step.GetProperty("arguments").EnumerateArray()]), broken.Violation);
            return true;
        }

        Assert.Null(row);
        return false;
    }

    private void Wait(TimeSpan time)
    {
        TimeSpan until = Now + time;
        while (Session!.Deadline <= until)
        {
            Now = Session.Deadline > Now ? Session.Deadline : Now;
            Session.Tick(this, Now);
        }

        Now = until;
    }

    private void Send()
    {
        while (_waiting.TryPeek(out Payload? next) && Session!.HasRoom(next.Bytes.Length)) Session.Send(next.Kind, _waiting.Dequeue().Bytes, this);
    }

    private static bool Has(JsonElement step, string name) => step.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    private static CloseFrame Frame(JsonElement close) => new((ushort)close.GetProperty("code").GetInt32(), close.GetProperty("reason").GetString()!);

    /// <summary>The peer broke a rule.</summary>
    protected sealed class Broken(Violation violation) : Exception(violation.Reason.Key)
    {
        public Violation Violation => violation;
    }

    /// <summary>A message: its text, or <c>{"hex": ...}</c>, and of which topic it is.</summary>
    protected sealed record Payload(WebSocketOpcode Kind, byte[] Bytes, string? Topic = null)
    {
        public static Payload Of(JsonElement message)
        {
            if (message.ValueKind == JsonValueKind.String) return new Payload(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(message.GetString()!));
            string? topic = message.TryGetProperty("topic", out JsonElement name) ? name.GetString() : null;
            return message.TryGetProperty("hex", out JsonElement hex)
                ? new Payload(WebSocketOpcode.Binary, Convert.FromHexString(hex.GetString()!), topic)
                : new Payload(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(message.GetProperty("text").GetString()!), topic);
        }

        public override string ToString() =>
            (Topic is null ? "" : Topic + ": ") + (Kind == WebSocketOpcode.Text ? "text " + Encoding.UTF8.GetString(Bytes) : "hex " + Convert.ToHexString(Bytes));
    }
}
