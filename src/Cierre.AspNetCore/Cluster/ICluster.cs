namespace Cierre.AspNetCore;

/// <summary>What the connections of a server have together: topics, which connections join and to which anybody publishes. A service that <c>AddCierre</c>
/// registers. docs/topics.md.</summary>
public interface ICluster
{
    /// <summary>A topic. It need not exist: it is there as soon as somebody joins it or publishes to it.</summary>
    /// <param name="name">Its name: 1 to 256 bytes of UTF-8, without control characters. Case matters.</param>
    /// <exception cref="ArgumentException">It is no name.</exception>
    WebSocketTopic Topic(string name);
}
