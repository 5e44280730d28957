using System.Net.WebSockets;
using Websocket.Client;

namespace Cierre.Samples.WebsocketClient;

/// <summary>Sends what is typed and shows what comes, with Websocket.Client: <c>dotnet run -- ws://127.0.0.1:8080/echo</c>. With <c>framework</c> behind
/// the address the same program runs on the framework's own <see cref="ClientWebSocket"/>.</summary>
public static class LineClient
{
    public static async Task Main(string[] args)
    {
        using IWebsocketClient client = Create(new Uri(args[0]), onCierre: args is not [_, "framework"]);
        using IDisposable messages = client.MessageReceived.Subscribe(new Each<ResponseMessage>(message => Console.WriteLine(message.Text)));
        using IDisposable ends = client.DisconnectionHappened.Subscribe(new Each<DisconnectionInfo>(end => Console.WriteLine($"{end.Type} {end.CloseStatus}")));
        await client.StartOrFail();
        while (Console.ReadLine() is { } line) client.Send(line);
        await client.Stop(WebSocketCloseStatus.NormalClosure, "");
    }

    public static IWebsocketClient Create(Uri url, bool onCierre) => onCierre
        // The one line.
        ? new global::Websocket.Client.WebsocketClient(url, logger: null, (to, cancellationToken) => CierreSockets.ConnectAsync(to, null, cancellationToken))
        : new global::Websocket.Client.WebsocketClient(url);

    /// <summary>An observer that is a delegate.</summary>
    private sealed class Each<T>(Action<T> take) : IObserver<T>
    {
        public void OnNext(T value) => take(value);

        public void OnError(Exception error) => Console.WriteLine(error.Message);

        public void OnCompleted()
        {
        }
    }
}
