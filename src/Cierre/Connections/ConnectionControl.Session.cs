using Cierre.Closing;
using Cierre.Resuming;
using Cierre.Sessions;

namespace Cierre.Connections;

internal readonly partial struct ConnectionControl
{
    /// <summary>Reads the first message of a client that speaks <c>cierre.resume.v1</c>.</summary>
    /// <returns>The rule that it breaks; null for none.</returns>
    public static Violation? ReadGreeting(WebSocketMessage message, out Greeting greeting)
    {
        Violation? broken = ResumeGreeting.Read((WebSocketOpcode)message.Kind, message.Data, out ResumeControl? control);
        greeting = new Greeting(control as ResumeControl.Hello, control as ResumeControl.Resume);
        return broken;
    }

    /// <summary>Says over a connection of a client that comes back that its session is lost, and closes it.</summary>
    /// <param name="reason">One of <see cref="LossReason"/>.</param>
    public void TellSessionLost(string reason)
    {
        Say(new ResumeControl.Lost(reason));
        Driver.BeginClose(SessionDriver.LostFrame, EndReason.SessionLost(SessionExplanation.LossKey(reason)));
    }

    /// <summary>Says how the application ended the session while the client was away, and closes the connection in the same way.</summary>
    public void TellSessionEnded(CloseFrame close)
    {
        Say(new ResumeControl.Ended(close));
        Driver.BeginClose(close, EndReason.Requested);
    }

    private void Say(ResumeControl control)
    {
        if (Driver.Sending.Post(WebSocketOpcode.Text, ResumeControlWriter.Write(control).Span, compressible: true)) Driver.Sending.Flush();
    }

    /// <summary>What a client's first message asks for.</summary>
    internal readonly record struct Greeting(ResumeControl.Hello? Hello, ResumeControl.Resume? Resume)
    {
        /// <summary>What the client shows to go on with its session; null: it begins one.</summary>
        public string? Token => Resume?.Token;
    }

    /// <summary>How the sessions of an endpoint are kept, and by whom.</summary>
    /// <param name="Options">Whose clock and times they have.</param>
    /// <param name="Node">The server's name among those that share sessions.</param>
    /// <param name="Level">What the session survives: node, cluster, durable.</param>
    /// <param name="Window">How long it is kept without a connection.</param>
    /// <param name="Messages">How many either side may send ahead.</param>
    /// <param name="Bytes">How many bytes of messages, likewise.</param>
    internal sealed record SessionTerms(WebSocketConnectionOptions Options, string Node, string Level, TimeSpan Window, int Messages, int Bytes)
    {
        /// <summary>Those of a connection that carries one: its messages have a mark, and some control it.</summary>
        public WebSocketConnectionOptions OptionsOfCarrier { get; } = SessionDriver.OptionsOfCarrier(new WebSocketConnectionOptions(Options));

        /// <summary>For all sessions of the node that are away; null: there is none.</summary>
        public AwayLimit? Away { get; init; }

        internal ResumeLimits Limits { get; } = new(Messages, Bytes);

        internal SessionTimes Times { get; } = new(Options.CloseTimeout, Options.BroadcastTimeout, Options.MaxMessageSize);
    }

    /// <summary>How many sessions of one node may be without a connection, and how much may wait for them.</summary>
    /// <param name="exceeded">Told, on the pool, when one had to be given up; it throws nothing.</param>
    internal sealed class AwayLimit(int sessions, long bytes, Action exceeded)
    {
        internal SessionsAway Sessions { get; } = new(sessions, bytes, exceeded);
    }

    /// <summary>A session, for whoever keeps it between its connections.</summary>
    internal sealed class Session
    {
        private readonly SessionDriver _driver;
        private readonly SessionTerms _terms;
        private int _tokens;

        /// <param name="connection">A connection that is not open yet: the one that the handler has.</param>
        /// <param name="id">Its name in logs.</param>
        public Session(WebSocketConnection connection, SessionTerms terms, string id, Action<Exception>? callbackFailed)
        {
            (Connection, _terms, Id) = (connection, terms, id);
            _driver = SessionDriver.OfServer(terms.Limits, terms.Window, terms.Times, terms.Options.TimeProvider, terms.Away?.Sessions);
            _driver.CallbackFailed = callbackFailed;
            connection.Open(_driver);
        }

        /// <summary>Called with each change, in their order and under no lock; it throws nothing. Set before the session begins.</summary>
        public Action<SessionChange> Changed
        {
            set => _driver.Changed = value;
        }

        /// <summary>The connection that goes on as long as the session does.</summary>
        public WebSocketConnection Connection { get; }

        public string Id { get; }

        /// <summary>The <see cref="WebSocketConnection.Id"/> of the connection that carries it; 0: none does.</summary>
        public long Carrier => _driver.Carrier;

        /// <summary>How many connections have carried it.</summary>
        public int Connections => _driver.Connections;

        /// <summary>How long it is kept without a connection.</summary>
        public TimeSpan Window => _terms.Window;

        /// <summary>How long it has been without a connection; null: it has one, or is over.</summary>
        public TimeSpan? AwayFor => _terms.Window - _driver.Left;

        /// <summary>Why it is lost; null: it is not.</summary>
        public string? Loss => _driver.Loss;

        /// <summary>Why it is lost, as the client is told; null: it is not.</summary>
        public string? LossToTell => _driver.Loss is { } loss ? LossReason.ForPeer(loss) : null;

        /// <summary>How the application has ended it, where the client may not know yet; null: it does.</summary>
        public CloseFrame? CloseToTell => _driver.CloseToTell;

        /// <summary>The oldest token that still opens it: an older one stays good until a message has come over a connection that was given a newer.</summary>
        public int OldestToken => _driver.OldestToken;

        /// <summary>Told once, when nothing is to be said to the client any more. Set before the first connection.</summary>
        public Action Over
        {
            set => _driver.Over = value;
        }

        /// <summary>The number of the next token: larger than that of every one before.</summary>
        public int NextToken() => Interlocked.Increment(ref _tokens);

        /// <summary>Begins over its first connection.</summary>
        /// <param name="carries">Called before the client can have the answer, under a lock: it does no more than remember.</param>
        /// <returns>What completes when that has ended and the session knows it; null: the client has sent more than its hello.</returns>
        public Task? Begin(WebSocketConnection carrier, Greeting greeting, string token, Action carries) => _driver.Begin(
            carrier.Driver, greeting.Hello!, new ResumeControl.Session(Id, _terms.Node, token, _terms.Window, _terms.Level, _terms.Limits), carries);

        /// <summary>Goes on over another connection, or says over it why it does not.</summary>
        /// <param name="carries">Called where it goes on, before the client can have the answer, under a lock: it does no more than remember.</param>
        /// <returns>What completes when that has ended and the session knows it; null: the client has sent more than that it resumes.</returns>
        public Task? Resume(WebSocketConnection carrier, Greeting greeting, string token, int number, Action carries) =>
            _driver.Resume(carrier.Driver, greeting.Resume!, _terms.Node, token, number, carries);

        /// <summary>Nobody can come back to it: it ends with its connection, or now where it has none.</summary>
        public void EndWithConnection() => _driver.EndWithConnection();
    }
}
