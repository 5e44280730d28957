namespace Cierre.Resuming;

/// <summary>The first byte of each message of <c>cierre.resume.v1</c>, text or binary: what the message is.</summary>
internal enum ResumeMark : byte
{
    /// <summary>A message of the application; the rest is its payload. Counted, and repeated after a loss.</summary>
    Application = (byte)'=',

    /// <summary>A message of a topic, with its place in the topic's log.</summary>
    Topic = (byte)'#',

    /// <summary>How many messages of the application were taken since the session began.</summary>
    Acknowledgement = (byte)'+',

    /// <summary>Asks for an acknowledgement now: a browser cannot ping.</summary>
    Question = (byte)'?',

    /// <summary>One JSON object.</summary>
    Control = (byte)'!',
}
