using System.Text.Json;
using Cierre.Closing;
using Cierre.Resuming;
using Cierre.TestKit;

namespace Cierre.Tests.Resuming;

/// <summary>The client's part of a conversation.</summary>
internal sealed class ResumeClientPlayer : ResumePlayer
{
    private ResumeControl.LastEnd? _last;
    private TimeSpan _openedAt;
    private ResumeControl? _told;
    private bool _isCarried;

    public ResumeClientPlayer(ResumeVector vector)
        : base(vector, "client")
    {
        Session = ResumeSession.OfClient();
    }

    protected override void Open()
    {
        _openedAt = Now;
        Session!.Connected(_last, this, Now);
    }

    protected override void Take(Payload message)
    {
        SessionEvent found = Receive(message);
        if (found.Kind == SessionEventKind.TopicMessage) Saw(new Payload(message.Kind, found.Payload.ToArray(), found.Topic!).ToString());
        _told = found.Control ?? _told;
        _isCarried |= Session!.State is SessionState.Attached;
    }

    protected override void Gone(CloseRecord record)
    {
        if (_isCarried) _last = new ResumeControl.LastEnd(record.Code, "", (long)(Now - _openedAt).TotalMilliseconds);
        _isCarried = false;
        base.Gone(record);
    }

    protected override void Hear(string what, JsonElement told)
    {
        switch (what)
        {
            case "open":
                Assert.IsType<ResumeControl.Session>(_told);
                Assert.IsType<SessionState.Attached>(Session!.State);
                break;
            case "reconnecting":
                Assert.IsType<SessionState.Away>(Session!.State);
                Assert.Equal(told.GetProperty("code").GetInt32(), _last!.Code);
                break;
            case "resumed":
                var resumed = Assert.IsType<ResumeControl.Resumed>(_told);
                Assert.Equal((told.GetProperty("repeatedToServer").GetInt64(), told.GetProperty("repeatedByServer").GetInt64(), told.GetProperty("node").GetString()),
                    (Session!.Sent - resumed.Got, resumed.Replay, resumed.Node));
                break;
            case "gap":
                var gap = Assert.IsType<ResumeControl.Gap>(_told);
                Assert.Equal((told.GetProperty("name").GetString(), Number(told, "from"), Number(told, "to"), told.GetProperty("reason").GetString()),
                    (gap.Name, gap.From, gap.To, gap.Reason));
                break;
            case "lost":
                Assert.Equal(told.GetProperty("reason").GetString(), Assert.IsType<SessionState.Ended>(Session!.State).Loss);
                break;
            case "close":
                if (Assert.IsType<SessionState.Ended>(Session!.State).Close is { } frame)
                    Assert.Equal((told.GetProperty("code").GetInt32(), told.GetProperty("reason").GetString()), (frame.Code, frame.Reason));
                break;
            default:
                throw new TestFailureException($"no player knows {what}");
        }
    }

    protected override CloseRecord Record(CloseFrame frame, bool isOurs) => isOurs
        ? ResumeLine.Record(frame.Code, wasClean: true, EndedBy.Local, sent: frame, received: frame)
        : ResumeLine.Record(frame.Code, wasClean: true, EndedBy.Remote, sent: frame, received: frame);

    private static long? Number(JsonElement told, string name) => told.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;
}
