using Cierre.RawPeers;

namespace Cierre.Tool.Lab.Runs;

/// <summary>Situations in which one side is Cierre's and the other a raw peer.</summary>
internal static class AgainstRawPeer
{
    /// <summary>The same in both roles, as two situations.</summary>
    public static Situation[] InBothRoles(string name, string description, ExpectedClose expected, Func<RawPeer, Task> act,
        Action<WebSocketConnectionOptions>? options = null, PageRole? inPage = null) =>
        [AtServer(name, description, expected, act, options),
            AtClient(name, description, expected, act, options) with { InPage = inPage ?? PageRole.AsAnyClient }];

    /// <summary>A raw client plays against the server; then it reads to the server's end, and ends.</summary>
    public static Situation AtServer(string name, string description, ExpectedClose expected, Func<RawPeer, Task> act,
        Action<WebSocketConnectionOptions>? options = null) => new($"{name}-at-server", description)
    {
        Server = expected,
        Options = options,
        Play = async run =>
        {
            using RawPeer client = await OpenAsync(run.Url);
            await act(client);
            await client.ReadToEndAsync();
            return null;
        },
    };

    /// <summary>A raw client whose connection is open.</summary>
    public static Task<RawPeer> OpenAsync(Uri url) => RawPeer.OpenAsync(url.Host, url.Port, url.PathAndQuery);

    /// <summary>A raw server plays against the client; then it ends the stream, as servers do first.</summary>
    /// <param name="client">What the client does meanwhile; null for nothing.</param>
    public static Situation AtClient(
        string name, string description, ExpectedClose expected, Func<RawPeer, Task> act, Action<WebSocketConnectionOptions>? options = null,
        Func<LabClient, Task>? client = null) => new($"{name}-at-client", description)
    {
        Client = expected,
        Play = async run =>
        {
            using RawListener listener = RawListener.Start();
            (LabClient connection, RawPeer server) = await listener.OpenAsync(run, options);
            Task meanwhile = client?.Invoke(connection) ?? Task.CompletedTask;
            using (server) await act(server);
            await meanwhile;
            return await connection.Closed;
        },
    };
}
