using System.Text.Json;
using Cierre.Closing;
using Cierre.Resuming;
using Cierre.TestKit;

namespace Cierre.Tests.Resuming;

/// <summary>The server's part of a conversation. It names itself a, its session 5f3c and its tokens t1, t2 and so on.</summary>
internal sealed class ResumeServerPlayer(ResumeVector vector) : ResumePlayer(vector, "server")
{
    private bool _isGreeted;
    private int _token = 1;

    protected override void Open() => _isGreeted = false;

    protected override void Take(Payload message)
    {
        if (_isGreeted)
        {
            Receive(message);
            return;
        }

        _isGreeted = true;
        Assert.Null(ResumeGreeting.Read(message.Kind, message.Bytes, out ResumeControl? greeting));
        if (greeting is ResumeControl.Hello)
        {
            Session = ResumeSession.OfServer(Limits, Window);
            Session.Begin(new ResumeControl.Session("5f3c", "a", "t1", Window, "node", Limits), this);
        }
        else
        {
            Session!.Resume((ResumeControl.Resume)greeting!, "a", $"t{++_token}", this, Now);
        }
    }

    protected override void Hear(string what, JsonElement told)
    {
        Assert.Equal("lost", what);
        Assert.Equal(new SessionState.Ended(null, told.GetProperty("reason").GetString()), Session!.State);
    }

    protected override CloseRecord Record(CloseFrame frame, bool isOurs) => isOurs
        ? ResumeLine.Record(frame.Code, wasClean: true, EndedBy.Local, sent: frame)
        : ResumeLine.Record(frame.Code, wasClean: true, EndedBy.Remote, received: frame);
}
