using System.Text.Json.Nodes;
using Cierre.Tool.Lab.Runs;
using Xunit;

namespace Cierre.Tool.Tests.Lab;

public sealed class ComparisonTests
{
    private const string Actual = """{"type":"close","code":1000,"reason":"","wasClean":true,"sent":{"code":1000,"reason":"bye"},"received":null}""";

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"code":1000}""")]
    [InlineData("""{"received":null,"sent":{"code":1000,"reason":"bye"}}""")]
    public void Fields_that_are_as_expected_are_no_difference_and_others_do_not_matter(string expected) =>
        Assert.Empty(Of(expected, Actual));

    [Theory]
    [InlineData("""{"code":1001}""", "client's code: expected 1001, got 1000")]
    [InlineData("""{"wasClean":false}""", "client's wasClean: expected false, got true")]
    [InlineData("""{"sent":{"code":1000,"reason":""}}""", """client's sent: expected {"code":1000,"reason":""}, got {"code":1000,"reason":"bye"}""")]
    [InlineData("""{"sent":null}""", """client's sent: expected null, got {"code":1000,"reason":"bye"}""")]
    [InlineData("""{"received":{"code":1000,"reason":""}}""", """client's received: expected {"code":1000,"reason":""}, got null""")]
    [InlineData("""{"httpStatus":null}""", "client's httpStatus: expected null, got no such field")]
    public void Field_that_is_not_as_expected_is_named_with_both_values(string expected, string difference) =>
        Assert.Equal([difference], Of(expected, Actual));

    [Fact]
    public void Each_field_is_a_difference_of_its_own() =>
        Assert.Equal(2, Of("""{"code":1001,"wasClean":false,"reason":""}""", Actual).Count());

    [Fact]
    public void Record_that_is_missing_or_should_be_is_a_difference()
    {
        Assert.Equal(["client: expected a record, got none"], Of("{}", null));
        Assert.Single(Of(null, Actual));
        Assert.Empty(Of(null, null));
    }

    private static IEnumerable<string> Of(string? expected, string? actual) => Comparison.Of("client", Parse(expected), Parse(actual)).Select(difference => difference.ToString());

    private static JsonObject? Parse(string? json) => json is null ? null : JsonNode.Parse(json)!.AsObject();
}
