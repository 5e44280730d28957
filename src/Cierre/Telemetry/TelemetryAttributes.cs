namespace Cierre.Telemetry;

/// <summary>The attributes of metrics and spans: OpenTelemetry's own where its conventions have one, else below <c>cierre</c>.</summary>
internal static class TelemetryAttributes
{
    public const string Role = "cierre.role";
    public const string Route = "http.route";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string UrlScheme = "url.scheme";
    public const string UrlPath = "url.path";
    public const string Direction = "network.io.direction";
    public const string HttpStatus = "http.response.status_code";
    public const string ErrorType = "error.type";
    public const string Outcome = "cierre.handshake.outcome";
    public const string Subprotocol = "cierre.subprotocol";
    public const string CloseCode = "cierre.close.code";
    public const string CloseCause = "cierre.close.cause";
    public const string CloseEndedBy = "cierre.close.ended_by";
    public const string CloseClean = "cierre.close.clean";
    public const string CloseReason = "cierre.close.reason";
    public const string CloseDetail = "cierre.close.detail";
    public const string CloseSent = "cierre.close.sent";
    public const string CloseReceived = "cierre.close.received";
    public const string SessionId = "cierre.session.id";
    public const string SessionState = "cierre.session.state";
    public const string SessionOutcome = "cierre.session.outcome";
    public const string SessionLoss = "cierre.session.loss";
    public const string TopicGap = "cierre.topic.gap";
    public const string MessagesReceived = "cierre.messages.received";
    public const string MessagesSent = "cierre.messages.sent";

    /// <summary>OpenTelemetry's word for a value that is not told apart, so that nobody makes series without end.</summary>
    public const string Other = "_OTHER";
}
