using Cierre.AspNetCore.Cluster;
using Cierre.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore;

/// <summary>Lets connections of a server join topics.</summary>
public static class WebSocketTopicExtensions
{
    /// <summary>Joins a topic: what is published to it from now on reaches the connection, and for a session also what is published while its client is
    /// away.</summary>
    /// <remarks>A client that followed the topic in a session before, and says so, goes on where it was. A connection leaves every topic when it
    /// ends.</remarks>
    /// <param name="connection">A connection of <c>MapWebSocket</c> that is open.</param>
    /// <param name="topic">The name of the topic: 1 to 256 bytes of UTF-8, without control characters.</param>
    /// <returns>Whether it has joined, or had before: false where <see cref="WebSocketTopicOptions.AuthorizationPolicy"/> refuses its user, and where the
    /// connection has ended.</returns>
    /// <exception cref="ArgumentException">It is no name.</exception>
    /// <exception cref="InvalidOperationException">The connection is none of <c>MapWebSocket</c>, or is not open yet; or the session has joined as many topics
    /// in its life as its client can name when it comes back: 1,000, or fewer where their names are long.</exception>
    public static Task<bool> JoinAsync(this WebSocketConnection connection, string topic)
    {
        ArgumentNullException.ThrowIfNull(connection);
        TopicName.Check(topic, nameof(topic));
        WebSocketCredentials credentials = CredentialsOf(connection);
        return credentials.Services.GetRequiredService<LocalCluster>().JoinAsync(connection, credentials, topic);
    }

    /// <summary>Leaves a topic: nothing more of it reaches the connection, but for what is on its way.</summary>
    /// <param name="connection">A connection of <c>MapWebSocket</c>.</param>
    /// <param name="topic">The name of the topic.</param>
    /// <returns>Whether it had joined.</returns>
    /// <exception cref="InvalidOperationException">The connection is none of <c>MapWebSocket</c>, or is not open yet.</exception>
    public static bool Leave(this WebSocketConnection connection, string topic)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(topic);
        _ = CredentialsOf(connection);
        return ConnectionControl.TopicHub.Leave(connection, topic);
    }

    private static WebSocketCredentials CredentialsOf(WebSocketConnection connection) =>
        ConnectionControl.Of(connection).Host as WebSocketCredentials ?? throw new InvalidOperationException(
            "Only a connection of MapWebSocket joins topics, and not before it is open: this one is a client's, or came to UseWebSockets, or is not open yet.");
}
