using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Cierre.Interop.Tests;

/// <summary>The peer's end of one connection.</summary>
public sealed class PeerSocket(Peer peer, int number)
{
    private readonly Channel<JsonElement> _messages = Channel.CreateUnbounded<JsonElement>();
    private readonly TaskCompletionSource _pinged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<PeerClose> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The subprotocol as the peer knows it; empty for none.</summary>
    public string Protocol { get; set; } = "";

    public Task SendAsync(params string[] pieces) => SendAsync("text", pieces);

    public Task SendAsync(params byte[][] pieces) => SendAsync("binary", [.. pieces.Select(Convert.ToBase64String)]);

    /// <summary>The next message: a string or an array of bytes.</summary>
    public async Task<object> ReceiveAsync()
    {
        JsonElement message = await peer.Within(_messages.Reader.ReadAsync().AsTask(), "to report a message");
        return message.TryGetProperty("text", out JsonElement text) ? text.GetString()! : message.GetProperty("data").GetBytesFromBase64();
    }

    public async Task<TimeSpan> PingAsync() => TimeSpan.FromMilliseconds((await AskAsync("ping")).GetProperty("ms").GetDouble());

    public Task PingedAsync() => peer.Within(_pinged.Task.ContinueWith(_ => true, TaskScheduler.Default), "to report a ping");

    /// <param name="code">The code; 0 closes with an empty body.</param>
    public Task CloseAsync(int code, string reason) => AskAsync("close", new() { ["code"] = code, ["reason"] = reason });

    public Task TerminateAsync() => AskAsync("terminate");

    /// <summary>What the peer told its application of the end.</summary>
    public Task<PeerClose> ClosedAsync() => peer.Within(_closed.Task, "to report the close");

    internal void On(JsonElement said)
    {
        switch (said.GetProperty("event").GetString())
        {
            case "message": _messages.Writer.TryWrite(said); break;
            case "ping": _pinged.TrySetResult(); break;
            case "close": _closed.TrySetResult(new(said.GetProperty("code").GetInt32(), said.GetProperty("reason").GetString()!, said.GetProperty("clean").GetBoolean())); break;
        }
    }

    private Task<JsonElement> SendAsync(string kind, string[] pieces) => AskAsync("send", new() { ["kind"] = kind, ["pieces"] = new JsonArray([.. pieces.Select(piece => (JsonNode)piece)]) });

    private Task<JsonElement> AskAsync(string command, JsonObject? arguments = null)
    {
        arguments ??= [];
        arguments["socket"] = number;
        return peer.AskAsync(command, arguments);
    }
}
