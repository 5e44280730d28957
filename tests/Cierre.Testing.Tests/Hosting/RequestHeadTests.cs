using System.IO.Pipelines;
using System.Text;
using Cierre.Testing.Hosting;

namespace Cierre.Testing.Tests.Hosting;

public sealed class RequestHeadTests
{
    private readonly Pipe _pipe = new();

    [Fact]
    public async Task Head_is_read_to_its_end_and_what_follows_stays()
    {
        await _pipe.Writer.WriteAsync("GET /a?b=c HTTP/1.1\r\nHost: x\r\nCookie: a=1:2\r\n"u8.ToArray());
        Task<RequestHead?> reading = RequestHead.ReadAsync(_pipe.Reader).AsTask();
        Assert.False(reading.IsCompleted);
        await _pipe.Writer.WriteAsync("\r\nrest"u8.ToArray());
        RequestHead head = (await reading)!;
        Assert.Equal(("GET", "/a?b=c"), (head.Method, head.Target));
        Assert.Equal([new("Host", "x"), new("Cookie", "a=1:2")], head.Headers);
        Assert.Equal("rest", Encoding.ASCII.GetString((await _pipe.Reader.ReadAsync()).Buffer.FirstSpan));
    }

    [Fact]
    public async Task Stream_that_ends_before_is_no_request()
    {
        await _pipe.Writer.WriteAsync("GET / HTTP/1.1\r\n"u8.ToArray());
        await _pipe.Writer.CompleteAsync();
        Assert.Null(await RequestHead.ReadAsync(_pipe.Reader));
    }

    [Fact]
    public async Task Head_without_an_end_is_refused()
    {
        Task writing = _pipe.Writer.WriteAsync(new byte[70_000]).AsTask();
        await Assert.ThrowsAsync<InvalidDataException>(() => RequestHead.ReadAsync(_pipe.Reader).AsTask());
        await _pipe.Reader.CompleteAsync();
        await writing;
    }

    [Theory]
    [InlineData("GET / HTTP/2\r\nHost: x")]
    [InlineData("GET /")]
    [InlineData("GET / HTTP/1.1\r\nno header")]
    public void What_is_no_request_is_refused(string head) => Assert.Throws<InvalidDataException>(() => RequestHead.Parse(head));
}
